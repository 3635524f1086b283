// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {Managed} from "./base/Managed.sol";
import {IDataRefinerRegistry} from "./interfaces/IDataRefinerRegistry.sol";

/// @title DataRefinerRegistry
/// @notice The schema part of the deployed registry of refiners; refiners themselves take no part in the workflow.
contract DataRefinerRegistry is IDataRefinerRegistry, Managed {
    uint256 public schemasCount;
    address public dlpRegistry;
    mapping(uint256 schemaId => Schema) private _schemas;

    constructor() {
        _disableInitializers();
    }

    /// @param ownerAddress Receives DEFAULT_ADMIN_ROLE and MAINTAINER_ROLE.
    /// @param initDlpRegistryAddress Kept for readers; nothing here calls it.
    function initialize(address ownerAddress, address initDlpRegistryAddress) external initializer {
        __Managed_init(ownerAddress);
        dlpRegistry = initDlpRegistryAddress;
    }

    /// @inheritdoc IDataRefinerRegistry
    function addSchema(
        string calldata name,
        string calldata dialect,
        string calldata definitionUrl
    ) external whenNotPaused returns (uint256 schemaId) {
        schemaId = ++schemasCount;
        _schemas[schemaId] = Schema(name, dialect, definitionUrl);
        emit SchemaAdded(schemaId, name, dialect, definitionUrl);
    }

    /// @notice Changes where data liquidity pools are registered. For holders of MAINTAINER_ROLE.
    function updateDlpRegistry(address newDlpRegistryAddress) external onlyRole(MAINTAINER_ROLE) {
        dlpRegistry = newDlpRegistryAddress;
    }

    /// @inheritdoc IDataRefinerRegistry
    /// @dev Unlike the reads of files, servers, grantees and permissions, this one reverts for an unknown id.
    function schemas(uint256 schemaId) external view returns (Schema memory) {
        if (!isValidSchemaId(schemaId)) revert InvalidSchemaId(schemaId);
        return _schemas[schemaId];
    }

    /// @inheritdoc IDataRefinerRegistry
    function isValidSchemaId(uint256 schemaId) public view returns (bool) {
        return schemaId != 0 && schemaId <= schemasCount;
    }

    /// @notice The version of the deployed registry that this one follows.
    function version() external pure returns (uint256) {
        return 1;
    }
}
