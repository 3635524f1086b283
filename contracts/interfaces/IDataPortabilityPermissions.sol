// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDataPortabilityGrantees} from "./IDataPortabilityGrantees.sol";
import {IDataPortabilityServers} from "./IDataPortabilityServers.sol";
import {IDataRegistry} from "./IDataRegistry.sol";
import {ISignedCalls} from "./ISignedCalls.sol";

/// @title What users permit grantees to do with their files
/// @notice Permissions are numbered from 1; id 0 means absent.
interface IDataPortabilityPermissions is ISignedCalls {
    /// @param nonce The signer's {userNonce}.
    /// @param granteeId Who receives the permission.
    /// @param grant Where the grant file lives.
    /// @param fileIds Files of the signer; may be empty.
    struct PermissionInput {
        uint256 nonce;
        uint256 granteeId;
        string grant;
        uint256[] fileIds;
    }

    /// @param nonce The signer's {userNonce}.
    /// @param granteeId Who receives the permission.
    /// @param grant Where the grant file lives.
    /// @param fileUrls Files to register, or already registered by the signer; may be empty.
    /// @param schemaIds For each file its schema, or 0.
    /// @param serverAddress The personal server that the signer trusts.
    /// @param serverUrl Used only if the server is not registered yet.
    /// @param serverPublicKey Used only if the server is not registered yet.
    /// @param filePermissions For each file its sealed keys.
    struct ServerFilesAndPermissionInput {
        uint256 nonce;
        uint256 granteeId;
        string grant;
        string[] fileUrls;
        uint256[] schemaIds;
        address serverAddress;
        string serverUrl;
        string serverPublicKey;
        IDataRegistry.Permission[][] filePermissions;
    }

    struct RevokePermissionInput {
        uint256 nonce;
        uint256 permissionId;
    }

    /// @notice A permission, as {permissions} answers it. Without end, `endBlock` is 2^256-1.
    struct PermissionInfo {
        uint256 id;
        address grantor;
        uint256 nonce;
        uint256 granteeId;
        string grant;
        uint256 startBlock;
        uint256 endBlock;
        uint256[] fileIds;
    }

    event PermissionAdded(
        uint256 indexed permissionId,
        address indexed user,
        uint256 indexed granteeId,
        string grant,
        uint256[] fileIds
    );
    event PermissionRevoked(uint256 indexed permissionId);

    error InvalidSchemaIdsLength(uint256 filesLength, uint256 schemaIdsLength);
    error InvalidPermissionsLength(uint256 filesLength, uint256 permissionsLength);
    error NotFileOwner(address fileOwner, address requestor);
    error EmptyGrant();
    error GranteeNotFound();
    error InactivePermission(uint256 permissionId);
    error NotPermissionGrantor(address permissionOwner, address requestor);
    error ZeroAddress();

    /// @notice Part of the interface, never raised: whoever a signature recovers to *is* the user.
    error InvalidSignature();

    /// @notice The whole workflow of a user in one call: registers (if new) and trusts a personal server, registers
    /// (if new) files with their keys, and gives the grantee a permission on them.
    function addServerFilesAndPermissions(
        ServerFilesAndPermissionInput calldata serverFilesAndPermissionInput,
        bytes calldata signature
    ) external returns (uint256 permissionId);

    /// @notice Gives a grantee a permission on registered files of the signer.
    function addPermission(
        PermissionInput calldata permissionInput,
        bytes calldata signature
    ) external returns (uint256 permissionId);

    /// @notice Ends a permission of the caller in this block.
    function revokePermission(uint256 permissionId) external;

    /// @notice Ends a permission of the signer in this block.
    function revokePermissionWithSignature(
        RevokePermissionInput calldata revokePermissionInput,
        bytes calldata signature
    ) external;

    /// @notice A user's nonce and active permissions.
    function users(address userAddress) external view returns (uint256 nonce, uint256[] memory permissionIds);

    /// @notice The permission of an id; everything but the echoed id is empty if there is none.
    function permissions(uint256 permissionId) external view returns (PermissionInfo memory);

    /// @notice Number of permissions, which is also the last id.
    function permissionsCount() external view returns (uint256);

    /// @notice The files of a permission.
    function permissionFileIds(uint256 permissionId) external view returns (uint256[] memory);

    /// @notice The ids of all permissions, revoked ones too, that name a file.
    function filePermissionIds(uint256 fileId) external view returns (uint256[] memory);

    /// @notice The same as {filePermissionIds}.
    function filePermissions(uint256 fileId) external view returns (uint256[] memory);

    /// @notice The ids of a user's active permissions.
    function userPermissionIdsValues(address userAddress) external view returns (uint256[] memory);

    /// @notice One id of {userPermissionIdsValues}; Panic 0x32 out of range.
    function userPermissionIdsAt(address userAddress, uint256 permissionIndex) external view returns (uint256);

    /// @notice Length of {userPermissionIdsValues}.
    function userPermissionIdsLength(address userAddress) external view returns (uint256);

    /// @notice Where files are registered.
    function dataRegistry() external view returns (IDataRegistry);

    /// @notice Where personal servers are registered.
    function dataPortabilityServers() external view returns (IDataPortabilityServers);

    /// @notice Where grantees are registered.
    function dataPortabilityGrantees() external view returns (IDataPortabilityGrantees);
}
