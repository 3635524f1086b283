// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {DataRegistry} from "../DataRegistry.sol";
import {SelfMulticall} from "../base/SelfMulticall.sol";

/// @title DataRegistry as of 2025-09
contract DataRegistry_2025_09 is DataRegistry, SelfMulticall {}
