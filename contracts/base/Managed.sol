// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {AccessControlUpgradeable} from "@openzeppelin/contracts-upgradeable/access/AccessControlUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";

/// @title An upgradeable contract that an owner administers and maintainers may pause
abstract contract Managed is UUPSUpgradeable, PausableUpgradeable, AccessControlUpgradeable {
    bytes32 public constant MAINTAINER_ROLE = keccak256("MAINTAINER_ROLE");

    /// @dev Every role's admin stays DEFAULT_ADMIN_ROLE, which the owner receives together with MAINTAINER_ROLE.
    function __Managed_init(address owner) internal onlyInitializing {
        __UUPSUpgradeable_init();
        __Pausable_init();
        __AccessControl_init();
        _grantRole(DEFAULT_ADMIN_ROLE, owner);
        _grantRole(MAINTAINER_ROLE, owner);
    }

    /// @notice Stops what the contract says is pausable. For holders of MAINTAINER_ROLE.
    function pause() external onlyRole(MAINTAINER_ROLE) {
        _pause();
    }

    /// @notice Ends a pause. For holders of MAINTAINER_ROLE.
    function unpause() external onlyRole(MAINTAINER_ROLE) {
        _unpause();
    }

    function _authorizeUpgrade(address newImplementation) internal override onlyRole(DEFAULT_ADMIN_ROLE) {}
}
