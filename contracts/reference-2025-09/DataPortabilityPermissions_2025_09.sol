// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {DataPortabilityPermissions} from "../DataPortabilityPermissions.sol";
import {SelfMulticall} from "../base/SelfMulticall.sol";

/// @title DataPortabilityPermissions as of 2025-09
contract DataPortabilityPermissions_2025_09 is DataPortabilityPermissions, SelfMulticall {}
