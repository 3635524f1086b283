// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

import {Forwardable} from "./base/Forwardable.sol";
import {IDataPortabilityGrantees} from "./interfaces/IDataPortabilityGrantees.sol";

/// @title DataPortabilityGrantees, as far as the reference versions agree
/// @dev A pause stops {registerGrantee} only, so that a paused registry does not stop users' permissions.
abstract contract DataPortabilityGrantees is IDataPortabilityGrantees, Forwardable {
    using EnumerableSet for EnumerableSet.UintSet;

    struct Grantee {
        address owner;
        address granteeAddress;
        string publicKey;
        EnumerableSet.UintSet permissionIds;
    }

    bytes32 public constant PERMISSION_MANAGER_ROLE = keccak256("PERMISSION_MANAGER_ROLE");

    uint256 public granteesCount;
    mapping(address granteeAddress => uint256 granteeId) public granteeAddressToId;
    mapping(uint256 granteeId => Grantee) internal _grantees;

    modifier onlyExisting(uint256 granteeId) {
        if (granteeId == 0 || granteeId > granteesCount) revert GranteeNotFound();
        _;
    }

    /// @param trustedForwarderAddress ERC-2771 forwarder; zero for none.
    /// @param ownerAddress Receives DEFAULT_ADMIN_ROLE, MAINTAINER_ROLE and PERMISSION_MANAGER_ROLE.
    function initialize(address trustedForwarderAddress, address ownerAddress) external initializer {
        __Forwardable_init(trustedForwarderAddress, ownerAddress);
        _grantRole(PERMISSION_MANAGER_ROLE, ownerAddress);
    }

    /// @inheritdoc IDataPortabilityGrantees
    function registerGrantee(
        address owner,
        address granteeAddress,
        string calldata publicKey
    ) external whenNotPaused returns (uint256 granteeId) {
        _authorizeRegistration(owner, granteeAddress);
        if (bytes(publicKey).length == 0) revert EmptyPublicKey();
        if (owner == address(0) || granteeAddress == address(0)) revert ZeroAddress();
        if (granteeAddressToId[granteeAddress] != 0) revert GranteeAlreadyRegistered();

        granteeId = ++granteesCount;
        granteeAddressToId[granteeAddress] = granteeId;

        Grantee storage grantee = _grantees[granteeId];
        grantee.owner = owner;
        grantee.granteeAddress = granteeAddress;
        grantee.publicKey = publicKey;
        emit GranteeRegistered(granteeId, owner, granteeAddress, publicKey);
    }

    /// @inheritdoc IDataPortabilityGrantees
    function addPermissionToGrantee(
        uint256 granteeId,
        uint256 permissionId
    ) external onlyRole(PERMISSION_MANAGER_ROLE) onlyExisting(granteeId) {
        _grantees[granteeId].permissionIds.add(permissionId);
    }

    /// @inheritdoc IDataPortabilityGrantees
    function removePermissionFromGrantee(
        uint256 granteeId,
        uint256 permissionId
    ) external onlyRole(PERMISSION_MANAGER_ROLE) onlyExisting(granteeId) {
        _grantees[granteeId].permissionIds.remove(permissionId);
    }

    /// @inheritdoc IDataPortabilityGrantees
    function grantees(uint256 granteeId) external view returns (GranteeInfo memory) {
        return _granteeInfo(granteeId);
    }

    /// @inheritdoc IDataPortabilityGrantees
    function granteeInfo(uint256 granteeId) external view returns (GranteeInfo memory) {
        return _granteeInfo(granteeId);
    }

    /// @inheritdoc IDataPortabilityGrantees
    function granteeByAddress(address granteeAddress) external view returns (GranteeInfo memory) {
        return _granteeInfo(granteeAddressToId[granteeAddress]);
    }

    /// @inheritdoc IDataPortabilityGrantees
    function granteePermissionIds(uint256 granteeId) external view returns (uint256[] memory) {
        return _grantees[granteeId].permissionIds.values();
    }

    /// @inheritdoc IDataPortabilityGrantees
    function granteePermissions(uint256 granteeId) external view returns (uint256[] memory) {
        return _grantees[granteeId].permissionIds.values();
    }

    /// @dev Who may register whom is what the reference versions disagree on; reverts if the caller may not.
    function _authorizeRegistration(address owner, address granteeAddress) internal view virtual;

    function _granteeInfo(uint256 granteeId) private view returns (GranteeInfo memory) {
        Grantee storage grantee = _grantees[granteeId];
        return
            GranteeInfo(
                grantee.owner,
                grantee.granteeAddress,
                grantee.publicKey,
                grantee.permissionIds.values()
            );
    }
}
