// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// @title What the reference of 2026-04 adds to {IDataPortabilityGrantees}
/// @notice Reads whose cost does not grow with the number of permissions, and a check of who registers whom.
interface IDataPortabilityGranteesV2 {
    struct GranteeInfoV2 {
        address owner;
        address granteeAddress;
        string publicKey;
        uint256 permissionsCount;
    }

    /// @notice Only a maintainer registers a grantee for somebody else.
    error UnauthorizedRegistration();

    /// @notice The grantee of an id, with the number of its active permissions in place of their ids.
    function granteesV2(uint256 granteeId) external view returns (GranteeInfoV2 memory);

    /// @notice The same as {granteesV2}.
    function granteeInfoV2(uint256 granteeId) external view returns (GranteeInfoV2 memory);

    /// @notice The grantee of an address, with the number of its active permissions in place of their ids.
    function granteeByAddressV2(address granteeAddress) external view returns (GranteeInfoV2 memory);

    /// @notice One page of a grantee's active permissions; reverts with `GranteeNotFound` if there is no such grantee.
    /// @return permissionIds At most `limit` ids, from index `offset` on; none from beyond the end.
    /// @return totalCount Number of active permissions.
    /// @return hasMore Whether ids follow after this page.
    function granteePermissionsPaginated(
        uint256 granteeId,
        uint256 offset,
        uint256 limit
    ) external view returns (uint256[] memory permissionIds, uint256 totalCount, bool hasMore);
}
