// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {DataPortabilityServers} from "../DataPortabilityServers.sol";
import {SelfMulticall} from "../base/SelfMulticall.sol";

/// @title DataPortabilityServers as of 2025-09
contract DataPortabilityServers_2025_09 is DataPortabilityServers, SelfMulticall {}
