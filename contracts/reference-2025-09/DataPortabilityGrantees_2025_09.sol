// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {DataPortabilityGrantees} from "../DataPortabilityGrantees.sol";
import {SelfMulticall} from "../base/SelfMulticall.sol";

/// @title DataPortabilityGrantees as of 2025-09
contract DataPortabilityGrantees_2025_09 is DataPortabilityGrantees, SelfMulticall {
    /// @dev Anybody may register any address for any owner.
    function _authorizeRegistration(address owner, address granteeAddress) internal view override {}
}
