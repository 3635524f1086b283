// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IDataRefinerRegistry} from "./IDataRefinerRegistry.sol";

/// @title The registry of encrypted files
/// @notice Knows every file by the exact bytes of its URL, who owns it, and a sealed key for each account that may
/// read it. Files are numbered from 1; id 0 means absent.
interface IDataRegistry {
    /// @param account Who may read the file.
    /// @param key The file's key, sealed for that account.
    struct Permission {
        address account;
        string key;
    }

    /// @notice What {files} answers. Readers decode a prefix of it, so the order is part of the interface.
    struct FileResponse {
        uint256 id;
        address ownerAddress;
        string url;
        uint256 schemaId;
        uint256 addedAtBlock;
    }

    event FileAdded(uint256 indexed fileId, address indexed ownerAddress, string url);
    event FileAddedV2(uint256 indexed fileId, address indexed ownerAddress, string url, uint256 schemaId);
    event PermissionGranted(uint256 indexed fileId, address indexed account);

    /// @notice The caller may not write to this file. Not to be confused with the error of the same name, with
    /// arguments, of {IDataPortabilityPermissions}.
    error NotFileOwner();
    error FileUrlAlreadyUsed();
    error InvalidSchemaId(uint256 schemaId);

    /// @notice Adds a file of the caller, without schema or keys.
    function addFile(string calldata url) external returns (uint256 fileId);

    /// @notice Adds a file of the caller.
    /// @param schemaId An existing schema, or 0 for none.
    function addFileWithSchema(string calldata url, uint256 schemaId) external returns (uint256 fileId);

    /// @notice Adds a file of `ownerAddress` with keys, without schema. Open to everybody.
    function addFileWithPermissions(
        string calldata url,
        address ownerAddress,
        Permission[] calldata permissions
    ) external returns (uint256 fileId);

    /// @notice Adds a file of `ownerAddress` with keys. Open to everybody, so a URL can be taken by a stranger.
    /// @param schemaId An existing schema, or 0 for none.
    function addFileWithPermissionsAndSchema(
        string calldata url,
        address ownerAddress,
        Permission[] calldata permissions,
        uint256 schemaId
    ) external returns (uint256 fileId);

    /// @notice Sets the key of one account on a file; the former key is lost. For its owner and holders of
    /// DATA_PORTABILITY_ROLE.
    function addFilePermission(uint256 fileId, address account, string calldata key) external;

    /// @notice Sets the schema (0 resets it) and the keys of a file; former ones are lost. For its owner and holders
    /// of DATA_PORTABILITY_ROLE.
    function addFilePermissionsAndSchema(
        uint256 fileId,
        Permission[] calldata permissions,
        uint256 schemaId
    ) external;

    /// @notice Number of files, which is also the last id.
    function filesCount() external view returns (uint256);

    /// @notice The file of an id; everything but the echoed id is empty if there is none.
    function files(uint256 fileId) external view returns (FileResponse memory);

    /// @notice The id of a file by the exact bytes of its URL; 0 if there is none.
    function fileIdByUrl(string calldata url) external view returns (uint256);

    /// @notice The sealed key of an account for a file; empty if there is none.
    function filePermissions(uint256 fileId, address account) external view returns (string memory);

    /// @notice Where schema ids are checked.
    function dataRefinerRegistry() external view returns (IDataRefinerRegistry);

    /// @notice Whether {FileAdded} is still emitted beside {FileAddedV2}.
    function emitLegacyEvents() external view returns (bool);
}
