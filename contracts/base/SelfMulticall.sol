// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {Forwardable} from "./Forwardable.sol";

/// @title Many calls of one contract in one transaction
/// @dev OpenZeppelin's mixin of the same purpose would have every contract that uses it override the whole message
/// context again, because it inherits that context a second time.
abstract contract SelfMulticall is Forwardable {
    /// @notice Makes calls of this contract one after the other; the first that reverts reverts all.
    /// @param data Each call: selector and arguments.
    /// @return results What each call returned.
    function multicall(bytes[] calldata data) external returns (bytes[] memory results) {
        // Behind a forwarder every call must end with the user's address, as this one does.
        bytes calldata context = msg.data[msg.sender == _msgSender() ? msg.data.length : msg.data.length - 20:];

        results = new bytes[](data.length);
        for (uint256 i = 0; i < data.length; i++) {
            results[i] = Address.functionDelegateCall(address(this), bytes.concat(data[i], context));
        }
    }
}
