// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

import {Forwardable} from "./base/Forwardable.sol";
import {SignedCalls} from "./base/SignedCalls.sol";
import {IDataPortabilityGrantees} from "./interfaces/IDataPortabilityGrantees.sol";
import {IDataPortabilityPermissions} from "./interfaces/IDataPortabilityPermissions.sol";
import {IDataPortabilityServers} from "./interfaces/IDataPortabilityServers.sol";
import {IDataRegistry} from "./interfaces/IDataRegistry.sol";
import {PermissionTypedData} from "./libraries/PermissionTypedData.sol";

/// @title DataPortabilityPermissions
contract DataPortabilityPermissions is IDataPortabilityPermissions, Forwardable, SignedCalls {
    using EnumerableSet for EnumerableSet.UintSet;
    using PermissionTypedData for PermissionInput;
    using PermissionTypedData for RevokePermissionInput;
    using PermissionTypedData for ServerFilesAndPermissionInput;

    /// @param nonce The nonce of the call that gave the permission.
    /// @param startBlock The block that included that call.
    /// @param endBlock The block that ended the permission, or 2^256-1.
    struct Permission {
        address grantor;
        uint256 nonce;
        uint256 granteeId;
        string grant;
        uint256 startBlock;
        uint256 endBlock;
        EnumerableSet.UintSet fileIds;
    }

    uint256 public permissionsCount;
    IDataRegistry public dataRegistry;
    IDataPortabilityServers public dataPortabilityServers;
    IDataPortabilityGrantees public dataPortabilityGrantees;
    mapping(uint256 permissionId => Permission) private _permissions;
    mapping(uint256 fileId => EnumerableSet.UintSet) private _filePermissionIds;
    mapping(address userAddress => EnumerableSet.UintSet) private _userPermissionIds;

    /// @param trustedForwarderAddress ERC-2771 forwarder; zero for none.
    /// @param ownerAddress Receives DEFAULT_ADMIN_ROLE and MAINTAINER_ROLE.
    function initialize(
        address trustedForwarderAddress,
        address ownerAddress,
        IDataRegistry dataRegistryAddress,
        IDataPortabilityServers serversContractAddr,
        IDataPortabilityGrantees granteesContractAddr
    ) external initializer {
        __Forwardable_init(trustedForwarderAddress, ownerAddress);
        __EIP712_init("VanaDataPortabilityPermissions", "1");
        dataRegistry = dataRegistryAddress;
        dataPortabilityServers = serversContractAddr;
        dataPortabilityGrantees = granteesContractAddr;
    }

    /// @inheritdoc IDataPortabilityPermissions
    /// @dev Grant and grantee are checked last, after the server and the files: the order decides which error a call
    /// with several faults reverts with.
    function addServerFilesAndPermissions(
        ServerFilesAndPermissionInput calldata input,
        bytes calldata signature
    ) external whenNotPaused returns (uint256) {
        address user = _authenticate(input.hash(), input.nonce, signature);

        uint256 filesLength = input.fileUrls.length;
        if (input.schemaIds.length != filesLength) {
            revert InvalidSchemaIdsLength(filesLength, input.schemaIds.length);
        }
        if (input.filePermissions.length != filesLength) {
            revert InvalidPermissionsLength(filesLength, input.filePermissions.length);
        }

        _trustServer(user, input);

        uint256[] memory fileIds = new uint256[](filesLength);
        for (uint256 i = 0; i < filesLength; i++) {
            fileIds[i] = _putFile(user, input.fileUrls[i], input.schemaIds[i], input.filePermissions[i]);
        }

        _checkGrant(input.grant, input.granteeId);
        return _addPermission(user, input.nonce, input.granteeId, input.grant, fileIds);
    }

    /// @inheritdoc IDataPortabilityPermissions
    function addPermission(
        PermissionInput calldata input,
        bytes calldata signature
    ) external whenNotPaused returns (uint256) {
        address user = _authenticate(input.hash(), input.nonce, signature);
        _checkGrant(input.grant, input.granteeId);

        for (uint256 i = 0; i < input.fileIds.length; i++) {
            _checkFileOwner(input.fileIds[i], user);
        }
        return _addPermission(user, input.nonce, input.granteeId, input.grant, input.fileIds);
    }

    /// @inheritdoc IDataPortabilityPermissions
    function revokePermission(uint256 permissionId) external whenNotPaused {
        _revokePermission(_msgSender(), permissionId);
    }

    /// @inheritdoc IDataPortabilityPermissions
    function revokePermissionWithSignature(
        RevokePermissionInput calldata input,
        bytes calldata signature
    ) external whenNotPaused {
        _revokePermission(_authenticate(input.hash(), input.nonce, signature), input.permissionId);
    }

    /// @notice Changes where files are registered. For holders of MAINTAINER_ROLE.
    function updateDataRegistry(IDataRegistry newDataRegistry) external onlyRole(MAINTAINER_ROLE) {
        _checkNotZero(address(newDataRegistry));
        dataRegistry = newDataRegistry;
    }

    /// @notice Changes where personal servers are registered. For holders of MAINTAINER_ROLE.
    function updateServersContract(IDataPortabilityServers newServersContract) external onlyRole(MAINTAINER_ROLE) {
        _checkNotZero(address(newServersContract));
        dataPortabilityServers = newServersContract;
    }

    /// @notice Changes where grantees are registered. For holders of MAINTAINER_ROLE.
    function updateGranteesContract(
        IDataPortabilityGrantees newGranteesContract
    ) external onlyRole(MAINTAINER_ROLE) {
        _checkNotZero(address(newGranteesContract));
        dataPortabilityGrantees = newGranteesContract;
    }

    /// @inheritdoc IDataPortabilityPermissions
    function users(address userAddress) external view returns (uint256 nonce, uint256[] memory permissionIds) {
        return (userNonce[userAddress], _userPermissionIds[userAddress].values());
    }

    /// @inheritdoc IDataPortabilityPermissions
    function permissions(uint256 permissionId) external view returns (PermissionInfo memory) {
        Permission storage permission = _permissions[permissionId];
        return
            PermissionInfo(
                permissionId,
                permission.grantor,
                permission.nonce,
                permission.granteeId,
                permission.grant,
                permission.startBlock,
                permission.endBlock,
                permission.fileIds.values()
            );
    }

    /// @inheritdoc IDataPortabilityPermissions
    function permissionFileIds(uint256 permissionId) external view returns (uint256[] memory) {
        return _permissions[permissionId].fileIds.values();
    }

    /// @inheritdoc IDataPortabilityPermissions
    function filePermissionIds(uint256 fileId) external view returns (uint256[] memory) {
        return _filePermissionIds[fileId].values();
    }

    /// @inheritdoc IDataPortabilityPermissions
    function filePermissions(uint256 fileId) external view returns (uint256[] memory) {
        return _filePermissionIds[fileId].values();
    }

    /// @inheritdoc IDataPortabilityPermissions
    function userPermissionIdsValues(address userAddress) external view returns (uint256[] memory) {
        return _userPermissionIds[userAddress].values();
    }

    /// @inheritdoc IDataPortabilityPermissions
    function userPermissionIdsAt(address userAddress, uint256 permissionIndex) external view returns (uint256) {
        return _userPermissionIds[userAddress].at(permissionIndex);
    }

    /// @inheritdoc IDataPortabilityPermissions
    function userPermissionIdsLength(address userAddress) external view returns (uint256) {
        return _userPermissionIds[userAddress].length();
    }

    /// @notice The version of the deployed contract that this one follows.
    function version() external pure returns (uint256) {
        return 2;
    }

    /// @dev A known server keeps its URL, key and owner whatever the input says about them.
    function _trustServer(address user, ServerFilesAndPermissionInput calldata input) private {
        uint256 serverId = dataPortabilityServers.serverAddressToId(input.serverAddress);
        if (serverId == 0) {
            dataPortabilityServers.addAndTrustServerByManager(
                user,
                IDataPortabilityServers.AddServerInput(input.serverAddress, input.serverPublicKey, input.serverUrl)
            );
        } else {
            dataPortabilityServers.trustServerByManager(user, serverId);
        }
    }

    /// @dev Registers the file, or, if the user registered it before, overwrites its schema and keys.
    function _putFile(
        address user,
        string calldata url,
        uint256 schemaId,
        IDataRegistry.Permission[] calldata keys
    ) private returns (uint256 fileId) {
        fileId = dataRegistry.fileIdByUrl(url);
        if (fileId == 0) {
            return dataRegistry.addFileWithPermissionsAndSchema(url, user, keys, schemaId);
        }
        _checkFileOwner(fileId, user);
        dataRegistry.addFilePermissionsAndSchema(fileId, keys, schemaId);
    }

    /// @dev The event lists the files as given; a file given twice is stored once.
    function _addPermission(
        address user,
        uint256 nonce,
        uint256 granteeId,
        string calldata grant,
        uint256[] memory fileIds
    ) private returns (uint256 permissionId) {
        permissionId = ++permissionsCount;

        Permission storage permission = _permissions[permissionId];
        permission.grantor = user;
        permission.nonce = nonce;
        permission.granteeId = granteeId;
        permission.grant = grant;
        permission.startBlock = block.number;
        permission.endBlock = type(uint256).max;

        for (uint256 i = 0; i < fileIds.length; i++) {
            permission.fileIds.add(fileIds[i]);
            _filePermissionIds[fileIds[i]].add(permissionId);
        }
        _userPermissionIds[user].add(permissionId);
        dataPortabilityGrantees.addPermissionToGrantee(granteeId, permissionId);

        emit PermissionAdded(permissionId, user, granteeId, grant, fileIds);
    }

    /// @dev The record, its files and their keys stay readable; only the lists of active permissions forget it.
    function _revokePermission(address user, uint256 permissionId) private {
        Permission storage permission = _permissions[permissionId];
        if (permission.grantor != user) revert NotPermissionGrantor(permission.grantor, user);
        if (!_userPermissionIds[user].remove(permissionId)) revert InactivePermission(permissionId);

        permission.endBlock = block.number;
        dataPortabilityGrantees.removePermissionFromGrantee(permission.granteeId, permissionId);

        emit PermissionRevoked(permissionId);
    }

    function _checkGrant(string calldata grant, uint256 granteeId) private view {
        if (bytes(grant).length == 0) revert EmptyGrant();
        if (granteeId == 0 || granteeId > dataPortabilityGrantees.granteesCount()) revert GranteeNotFound();
    }

    function _checkFileOwner(uint256 fileId, address user) private view {
        address fileOwner = dataRegistry.files(fileId).ownerAddress;
        if (fileOwner != user) revert NotFileOwner(fileOwner, user);
    }

    function _checkNotZero(address account) private pure {
        if (account == address(0)) revert ZeroAddress();
    }
}
