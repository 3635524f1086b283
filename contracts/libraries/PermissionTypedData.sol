// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDataPortabilityPermissions} from "../interfaces/IDataPortabilityPermissions.sol";
import {IDataRegistry} from "../interfaces/IDataRegistry.sol";

/// @title EIP-712 struct hashes of what users sign for {IDataPortabilityPermissions}
library PermissionTypedData {
    /// @dev A sealed key. Not to be confused with {_PERMISSION_INPUT_TYPEHASH}: two types of one name.
    bytes32 private constant _PERMISSION_TYPEHASH = keccak256("Permission(address account,string key)");

    bytes32 private constant _SERVER_FILES_AND_PERMISSION_TYPEHASH =
        keccak256(
            "ServerFilesAndPermission(uint256 nonce,uint256 granteeId,string grant,string[] fileUrls,uint256[] schemaIds,address serverAddress,string serverUrl,string serverPublicKey,Permission[][] filePermissions)Permission(address account,string key)"
        );

    bytes32 private constant _PERMISSION_INPUT_TYPEHASH =
        keccak256("Permission(uint256 nonce,uint256 granteeId,string grant,uint256[] fileIds)");

    bytes32 private constant _REVOKE_PERMISSION_TYPEHASH =
        keccak256("RevokePermission(uint256 nonce,uint256 permissionId)");

    function hash(
        IDataPortabilityPermissions.ServerFilesAndPermissionInput calldata input
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    _SERVER_FILES_AND_PERMISSION_TYPEHASH,
                    input.nonce,
                    input.granteeId,
                    keccak256(bytes(input.grant)),
                    _hashStrings(input.fileUrls),
                    keccak256(abi.encodePacked(input.schemaIds)),
                    input.serverAddress,
                    keccak256(bytes(input.serverUrl)),
                    keccak256(bytes(input.serverPublicKey)),
                    _hashFilePermissions(input.filePermissions)
                )
            );
    }

    function hash(IDataPortabilityPermissions.PermissionInput calldata input) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    _PERMISSION_INPUT_TYPEHASH,
                    input.nonce,
                    input.granteeId,
                    keccak256(bytes(input.grant)),
                    keccak256(abi.encodePacked(input.fileIds))
                )
            );
    }

    function hash(IDataPortabilityPermissions.RevokePermissionInput calldata input) internal pure returns (bytes32) {
        return keccak256(abi.encode(_REVOKE_PERMISSION_TYPEHASH, input.nonce, input.permissionId));
    }

    function _hashStrings(string[] calldata strings) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](strings.length);
        for (uint256 i = 0; i < strings.length; i++) {
            hashes[i] = keccak256(bytes(strings[i]));
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _hashFilePermissions(IDataRegistry.Permission[][] calldata files) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](files.length);
        for (uint256 i = 0; i < files.length; i++) {
            hashes[i] = _hashPermissions(files[i]);
        }
        return keccak256(abi.encodePacked(hashes));
    }

    function _hashPermissions(IDataRegistry.Permission[] calldata permissions) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](permissions.length);
        for (uint256 i = 0; i < permissions.length; i++) {
            hashes[i] = keccak256(
                abi.encode(_PERMISSION_TYPEHASH, permissions[i].account, keccak256(bytes(permissions[i].key)))
            );
        }
        return keccak256(abi.encodePacked(hashes));
    }
}
