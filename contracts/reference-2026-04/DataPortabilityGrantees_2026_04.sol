// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

import {DataPortabilityGrantees} from "../DataPortabilityGrantees.sol";
import {IDataPortabilityGranteesV2} from "../interfaces/IDataPortabilityGranteesV2.sol";

/// @title DataPortabilityGrantees as of 2026-04
contract DataPortabilityGrantees_2026_04 is IDataPortabilityGranteesV2, DataPortabilityGrantees {
    using EnumerableSet for EnumerableSet.UintSet;

    /// @inheritdoc IDataPortabilityGranteesV2
    function granteesV2(uint256 granteeId) external view returns (GranteeInfoV2 memory) {
        return _granteeInfoV2(granteeId);
    }

    /// @inheritdoc IDataPortabilityGranteesV2
    function granteeInfoV2(uint256 granteeId) external view returns (GranteeInfoV2 memory) {
        return _granteeInfoV2(granteeId);
    }

    /// @inheritdoc IDataPortabilityGranteesV2
    function granteeByAddressV2(address granteeAddress) external view returns (GranteeInfoV2 memory) {
        return _granteeInfoV2(granteeAddressToId[granteeAddress]);
    }

    /// @inheritdoc IDataPortabilityGranteesV2
    /// @dev The only read of a grantee that reverts for an unknown one.
    function granteePermissionsPaginated(
        uint256 granteeId,
        uint256 offset,
        uint256 limit
    )
        external
        view
        onlyExisting(granteeId)
        returns (uint256[] memory permissionIds, uint256 totalCount, bool hasMore)
    {
        EnumerableSet.UintSet storage all = _grantees[granteeId].permissionIds;
        totalCount = all.length();
        uint256 rest = offset < totalCount ? totalCount - offset : 0;
        hasMore = rest > limit;

        permissionIds = new uint256[](hasMore ? limit : rest);
        for (uint256 i = 0; i < permissionIds.length; i++) {
            permissionIds[i] = all.at(offset + i);
        }
    }

    /// @dev A maintainer registers anybody; others only a grantee that owns itself. Checked before everything else.
    function _authorizeRegistration(address owner, address granteeAddress) internal view override {
        if (!hasRole(MAINTAINER_ROLE, _msgSender()) && owner != granteeAddress) revert UnauthorizedRegistration();
    }

    function _granteeInfoV2(uint256 granteeId) private view returns (GranteeInfoV2 memory) {
        Grantee storage grantee = _grantees[granteeId];
        return
            GranteeInfoV2(
                grantee.owner,
                grantee.granteeAddress,
                grantee.publicKey,
                grantee.permissionIds.length()
            );
    }
}
