// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Forwardable} from "./base/Forwardable.sol";
import {IDataRefinerRegistry} from "./interfaces/IDataRefinerRegistry.sol";
import {IDataRegistry} from "./interfaces/IDataRegistry.sol";

/// @title DataRegistry
/// @notice The file part of the deployed registry; proofs and refinements take no part in the workflow.
contract DataRegistry is IDataRegistry, Forwardable {
    struct File {
        address ownerAddress;
        string url;
        uint256 schemaId;
        uint256 addedAtBlock;
        mapping(address account => string) keys;
    }

    bytes32 public constant DATA_PORTABILITY_ROLE = keccak256("DATA_PORTABILITY_ROLE");

    uint256 public filesCount;
    IDataRefinerRegistry public dataRefinerRegistry;
    bool public emitLegacyEvents;
    mapping(uint256 fileId => File) private _files;
    mapping(bytes32 urlHash => uint256 fileId) private _fileIdByUrlHash;

    modifier onlyFileWriter(uint256 fileId) {
        if (_files[fileId].ownerAddress != _msgSender() && !hasRole(DATA_PORTABILITY_ROLE, _msgSender())) {
            revert NotFileOwner();
        }
        _;
    }

    /// @param trustedForwarderAddress ERC-2771 forwarder; zero for none.
    /// @param ownerAddress Receives DEFAULT_ADMIN_ROLE and MAINTAINER_ROLE.
    function initialize(address trustedForwarderAddress, address ownerAddress) external initializer {
        __Forwardable_init(trustedForwarderAddress, ownerAddress);
        emitLegacyEvents = true;
    }

    /// @inheritdoc IDataRegistry
    function addFile(string calldata url) external whenNotPaused returns (uint256) {
        return _addFile(url, _msgSender(), 0);
    }

    /// @inheritdoc IDataRegistry
    function addFileWithSchema(string calldata url, uint256 schemaId) external whenNotPaused returns (uint256) {
        return _addFile(url, _msgSender(), schemaId);
    }

    /// @inheritdoc IDataRegistry
    function addFileWithPermissions(
        string calldata url,
        address ownerAddress,
        Permission[] calldata permissions
    ) external whenNotPaused returns (uint256 fileId) {
        fileId = _addFile(url, ownerAddress, 0);
        _setKeys(fileId, permissions);
    }

    /// @inheritdoc IDataRegistry
    function addFileWithPermissionsAndSchema(
        string calldata url,
        address ownerAddress,
        Permission[] calldata permissions,
        uint256 schemaId
    ) external whenNotPaused returns (uint256 fileId) {
        fileId = _addFile(url, ownerAddress, schemaId);
        _setKeys(fileId, permissions);
    }

    /// @inheritdoc IDataRegistry
    function addFilePermission(
        uint256 fileId,
        address account,
        string calldata key
    ) external whenNotPaused onlyFileWriter(fileId) {
        _setKey(fileId, account, key);
    }

    /// @inheritdoc IDataRegistry
    /// @dev {FileAddedV2} is emitted although nothing was added: it tells readers the file's schema.
    function addFilePermissionsAndSchema(
        uint256 fileId,
        Permission[] calldata permissions,
        uint256 schemaId
    ) external whenNotPaused onlyFileWriter(fileId) {
        _checkSchema(schemaId);

        File storage file = _files[fileId];
        file.schemaId = schemaId;
        emit FileAddedV2(fileId, file.ownerAddress, file.url, schemaId);

        _setKeys(fileId, permissions);
    }

    /// @notice Changes where schema ids are checked. For holders of MAINTAINER_ROLE.
    function updateDataRefinerRegistry(
        IDataRefinerRegistry newDataRefinerRegistry
    ) external onlyRole(MAINTAINER_ROLE) {
        dataRefinerRegistry = newDataRefinerRegistry;
    }

    /// @notice Switches {FileAdded} on or off. For holders of MAINTAINER_ROLE.
    function updateEmitLegacyEvents(bool newEmitLegacyEvents) external onlyRole(MAINTAINER_ROLE) {
        emitLegacyEvents = newEmitLegacyEvents;
    }

    /// @inheritdoc IDataRegistry
    function files(uint256 fileId) external view returns (FileResponse memory) {
        File storage file = _files[fileId];
        return FileResponse(fileId, file.ownerAddress, file.url, file.schemaId, file.addedAtBlock);
    }

    /// @inheritdoc IDataRegistry
    function fileIdByUrl(string calldata url) external view returns (uint256) {
        return _fileIdByUrlHash[keccak256(bytes(url))];
    }

    /// @inheritdoc IDataRegistry
    function filePermissions(uint256 fileId, address account) external view returns (string memory) {
        return _files[fileId].keys[account];
    }

    /// @notice The version of the deployed registry that this one follows.
    function version() external pure returns (uint256) {
        return 2;
    }

    function _addFile(string calldata url, address ownerAddress, uint256 schemaId) private returns (uint256 fileId) {
        bytes32 urlHash = keccak256(bytes(url));
        if (_fileIdByUrlHash[urlHash] != 0) revert FileUrlAlreadyUsed();
        _checkSchema(schemaId);

        fileId = ++filesCount;
        _fileIdByUrlHash[urlHash] = fileId;

        File storage file = _files[fileId];
        file.ownerAddress = ownerAddress;
        file.url = url;
        file.schemaId = schemaId;
        file.addedAtBlock = block.number;

        if (emitLegacyEvents) emit FileAdded(fileId, ownerAddress, url);
        emit FileAddedV2(fileId, ownerAddress, url, schemaId);
    }

    function _setKeys(uint256 fileId, Permission[] calldata permissions) private {
        for (uint256 i = 0; i < permissions.length; i++) {
            _setKey(fileId, permissions[i].account, permissions[i].key);
        }
    }

    function _setKey(uint256 fileId, address account, string calldata key) private {
        _files[fileId].keys[account] = key;
        emit PermissionGranted(fileId, account);
    }

    /// @dev Id 0 means no schema and asks nobody, so files without schema need no {dataRefinerRegistry}.
    function _checkSchema(uint256 schemaId) private view {
        if (schemaId != 0 && !dataRefinerRegistry.isValidSchemaId(schemaId)) revert InvalidSchemaId(schemaId);
    }
}
