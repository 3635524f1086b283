// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title The registry of grantees: the applications that receive permissions
/// @notice Grantees are numbered from 1; id 0 means absent.
interface IDataPortabilityGrantees {
    /// @notice A grantee with *all* its active permissions. Reading it costs some 2,400 gas and 32 bytes for each of
    /// them, so that the call of a grantee with many thousands fails under a node's gas limit for calls.
    struct GranteeInfo {
        address owner;
        address granteeAddress;
        string publicKey;
        uint256[] permissionIds;
    }

    event GranteeRegistered(
        uint256 indexed granteeId,
        address indexed owner,
        address indexed granteeAddress,
        string publicKey
    );

    error EmptyPublicKey();
    error ZeroAddress();
    error GranteeAlreadyRegistered();
    error GranteeNotFound();

    /// @notice Registers a grantee.
    /// @return granteeId The new grantee's id, one above the last.
    function registerGrantee(
        address owner,
        address granteeAddress,
        string calldata publicKey
    ) external returns (uint256 granteeId);

    /// @notice Adds to a grantee's active permissions. For holders of PERMISSION_MANAGER_ROLE.
    function addPermissionToGrantee(uint256 granteeId, uint256 permissionId) external;

    /// @notice Takes from a grantee's active permissions. For holders of PERMISSION_MANAGER_ROLE.
    function removePermissionFromGrantee(uint256 granteeId, uint256 permissionId) external;

    /// @notice Number of grantees, which is also the last id.
    function granteesCount() external view returns (uint256);

    /// @notice The id of a grantee by its address; 0 if there is none.
    function granteeAddressToId(address granteeAddress) external view returns (uint256 granteeId);

    /// @notice The grantee of an id; everything is empty if there is none.
    function grantees(uint256 granteeId) external view returns (GranteeInfo memory);

    /// @notice The same as {grantees}.
    function granteeInfo(uint256 granteeId) external view returns (GranteeInfo memory);

    /// @notice The grantee of an address; everything is empty if there is none.
    function granteeByAddress(address granteeAddress) external view returns (GranteeInfo memory);

    /// @notice The ids of a grantee's active permissions.
    function granteePermissionIds(uint256 granteeId) external view returns (uint256[] memory);

    /// @notice The same as {granteePermissionIds}.
    function granteePermissions(uint256 granteeId) external view returns (uint256[] memory);
}
