// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The registry of data schemas
/// @notice Answers which schema ids exist, so that {IDataRegistry} can refuse files that name an unknown one.
interface IDataRefinerRegistry {
    /// @param name Human-readable name.
    /// @param dialect Schema language, for example `json`.
    /// @param definitionUrl Where the schema itself lives.
    struct Schema {
        string name;
        string dialect;
        string definitionUrl;
    }

    event SchemaAdded(uint256 indexed schemaId, string name, string dialect, string definitionUrl);

    error InvalidSchemaId(uint256 schemaId);

    /// @notice Adds a schema. Open to everybody.
    /// @return schemaId The new schema's id, one above the last.
    function addSchema(
        string calldata name,
        string calldata dialect,
        string calldata definitionUrl
    ) external returns (uint256 schemaId);

    /// @notice Number of schemas, which is also the last id.
    function schemasCount() external view returns (uint256);

    /// @notice The schema of an id; reverts with {InvalidSchemaId} if there is none.
    function schemas(uint256 schemaId) external view returns (Schema memory);

    /// @notice Whether the id names a schema: 1 to {schemasCount}.
    function isValidSchemaId(uint256 schemaId) external view returns (bool);
}
