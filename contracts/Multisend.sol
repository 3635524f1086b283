// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {UUPSUpgradeable} from "@openzeppelin/contracts-upgradeable/proxy/utils/UUPSUpgradeable.sol";
import {Ownable2StepUpgradeable} from "@openzeppelin/contracts-upgradeable/access/Ownable2StepUpgradeable.sol";
import {ReentrancyGuardUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/ReentrancyGuardUpgradeable.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";

/// @title Multisend
/// @notice Sends native coins to many recipients in one transaction.
/// @dev A recipient that refuses its coins is skipped without a word, as in the deployed contract: the coins stay
/// here. Whoever funds accounts with it must look at their balances afterwards.
contract Multisend is UUPSUpgradeable, Ownable2StepUpgradeable, ReentrancyGuardUpgradeable {
    error InvalidAmount();
    error LengthMismatch();

    constructor() {
        _disableInitializers();
    }

    /// @param ownerAddress Who may upgrade.
    function initialize(address ownerAddress) external initializer {
        __UUPSUpgradeable_init();
        __Ownable_init(ownerAddress);
        __ReentrancyGuard_init();
    }

    /// @notice Sends the same amount to every recipient; the call must carry exactly the sum.
    /// @param amount Wei for each recipient.
    function multisendVana(uint256 amount, address payable[] calldata recipients) external payable nonReentrant {
        if (msg.value != amount * recipients.length) revert InvalidAmount();

        for (uint256 i = 0; i < recipients.length; i++) {
            _send(recipients[i], amount);
        }
    }

    /// @notice Sends every recipient its own amount; what the call carries beyond the sum goes back to the caller.
    /// @param amounts Wei for each recipient. More than the call carries: Panic 0x11.
    function multisendVanaWithDifferentAmounts(
        uint256[] calldata amounts,
        address payable[] calldata recipients
    ) external payable nonReentrant {
        if (amounts.length != recipients.length) revert LengthMismatch();

        uint256 rest = msg.value;
        for (uint256 i = 0; i < recipients.length; i++) {
            rest -= amounts[i];
            _send(recipients[i], amounts[i]);
        }
        if (rest != 0) Address.sendValue(payable(msg.sender), rest);
    }

    function _authorizeUpgrade(address newImplementation) internal override onlyOwner {}

    function _send(address payable recipient, uint256 amount) private {
        (bool sent, ) = recipient.call{value: amount}("");
        sent; // Deliberately unused, see above.
    }
}
