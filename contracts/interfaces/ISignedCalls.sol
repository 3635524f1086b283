// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title Calls that a user signs and anybody may send
interface ISignedCalls {
    error InvalidNonce(uint256 expectedNonce, uint256 providedNonce);

    /// @notice The nonce that the user's next signed call must carry.
    function userNonce(address userAddress) external view returns (uint256);
}
