// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {EIP712Upgradeable} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {ISignedCalls} from "../interfaces/ISignedCalls.sol";

/// @title EIP-712 signatures with one strictly sequential nonce per user
/// @dev Nobody names the expected signer: whoever the signature recovers to is the user. A signature over other
/// fields, or for another chain, therefore is not refused as such; it speaks for a stranger, and most often fails on
/// that stranger's nonce.
abstract contract SignedCalls is ISignedCalls, EIP712Upgradeable {
    mapping(address userAddress => uint256) public userNonce;

    /// @dev The signer of the struct, whose nonce is consumed.
    function _authenticate(
        bytes32 structHash,
        uint256 nonce,
        bytes calldata signature
    ) internal returns (address signer) {
        signer = ECDSA.recover(_hashTypedDataV4(structHash), signature);

        uint256 expectedNonce = userNonce[signer];
        if (nonce != expectedNonce) revert InvalidNonce(expectedNonce, nonce);
        userNonce[signer] = nonce + 1;
    }
}
