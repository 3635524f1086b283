// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ERC2771ContextUpgradeable} from "@openzeppelin/contracts-upgradeable/metatx/ERC2771ContextUpgradeable.sol";
import {ContextUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/ContextUpgradeable.sol";

import {Managed} from "./Managed.sol";

/// @title A managed contract whose users may call through an ERC-2771 forwarder
/// @dev The forwarder is stored, not immutable, so that it can be changed; no forwarder is set on the public networks.
abstract contract Forwardable is Managed, ERC2771ContextUpgradeable {
    address private _forwarder;

    /// @dev The immutable forwarder of the base is unused: {trustedForwarder} is overridden.
    constructor() ERC2771ContextUpgradeable(address(0)) {
        _disableInitializers();
    }

    function __Forwardable_init(address forwarder, address owner) internal onlyInitializing {
        __Managed_init(owner);
        _forwarder = forwarder;
    }

    /// @notice Changes the forwarder; zero for none. For holders of MAINTAINER_ROLE.
    function updateTrustedForwarder(address trustedForwarderAddress) external onlyRole(MAINTAINER_ROLE) {
        _forwarder = trustedForwarderAddress;
    }

    /// @notice Changes who administers a role. For holders of DEFAULT_ADMIN_ROLE.
    function setRoleAdmin(bytes32 role, bytes32 adminRole) external onlyRole(DEFAULT_ADMIN_ROLE) {
        _setRoleAdmin(role, adminRole);
    }

    function trustedForwarder() public view override returns (address) {
        return _forwarder;
    }

    /// @dev A role belongs to the account that really calls: a forwarder must not speak for a maintainer.
    function _checkRole(bytes32 role) internal view override {
        _checkRole(role, msg.sender);
    }

    function _msgSender() internal view override(ContextUpgradeable, ERC2771ContextUpgradeable) returns (address) {
        return ERC2771ContextUpgradeable._msgSender();
    }

    function _msgData()
        internal
        view
        override(ContextUpgradeable, ERC2771ContextUpgradeable)
        returns (bytes calldata)
    {
        return ERC2771ContextUpgradeable._msgData();
    }

    function _contextSuffixLength()
        internal
        view
        virtual
        override(ContextUpgradeable, ERC2771ContextUpgradeable)
        returns (uint256)
    {
        return ERC2771ContextUpgradeable._contextSuffixLength();
    }
}
