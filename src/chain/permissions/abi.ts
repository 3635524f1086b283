import { parseAbi } from 'viem'

/**
 * The fragments of the data-portability contracts that this program calls or decodes itself.
 *
 * Signatures as of the contracts' commit 94a6df2 (2025-09-05), which is what the Vana SDK 0.1.0-alpha.47bbd13 has
 * built in; selectors and topics were checked against the running contracts.
 */
export const permissionsAbi = parseAbi([
  'struct FilePermission { address account; string key; }',
  'struct ServerFilesAndPermissionInput { uint256 nonce; uint256 granteeId; string grant; string[] fileUrls; uint256[] schemaIds; address serverAddress; string serverUrl; string serverPublicKey; FilePermission[][] filePermissions; }',
  'struct PermissionInfo { uint256 id; address grantor; uint256 nonce; uint256 granteeId; string grant; uint256 startBlock; uint256 endBlock; uint256[] fileIds; }',
  'function addServerFilesAndPermissions(ServerFilesAndPermissionInput serverFilesAndPermissionInput, bytes signature) returns (uint256)',
  'function userNonce(address user) view returns (uint256)',
  'function permissions(uint256 permissionId) view returns (PermissionInfo)',
  'function permissionsCount() view returns (uint256)',
  'event PermissionAdded(uint256 indexed permissionId, address indexed user, uint256 indexed granteeId, string grant, uint256[] fileIds)',
])

/** Every error that a call of any contract here can revert with, be it raised by the contract or passed on by it. */
export const revertAbi = parseAbi([
  // Permissions
  'error InvalidNonce(uint256 expectedNonce, uint256 providedNonce)',
  'error InvalidSchemaIdsLength(uint256 filesLength, uint256 schemaIdsLength)',
  'error InvalidPermissionsLength(uint256 filesLength, uint256 permissionsLength)',
  'error NotFileOwner(address fileOwner, address requestor)',
  'error EmptyGrant()',
  'error GranteeNotFound()',
  'error InactivePermission(uint256 permissionId)',
  'error NotPermissionGrantor(address permissionOwner, address requestor)',
  'error ZeroAddress()',
  'error InvalidSignature()',
  // Servers
  'error EmptyPublicKey()',
  'error EmptyUrl()',
  'error ServerAlreadyRegistered()',
  'error ServerNotFound()',
  'error ServerNotTrusted()',
  'error ServerAlreadyUntrusted()',
  'error NotServerOwner(address serverOwner, address requestor)',
  'error ServerAlreadyTrusted()',
  'error ServerUrlMismatch(string existingUrl, string providedUrl)',
  // Grantees
  'error GranteeAlreadyRegistered()',
  'error UnauthorizedRegistration()',
  // Registry; its NotFileOwner has no arguments and so another selector than that of Permissions
  'error NotFileOwner()',
  'error FileUrlAlreadyUsed()',
  'error InvalidSchemaId(uint256 schemaId)',
  'error FileNotFound()',
  'error InvalidUrl()',
  'error NoPermission()',
  // Registry of schemas and refiners
  'error NotDlpOwner()',
  // Multisend
  'error InvalidAmount()',
  'error InvalidAllowance()',
  'error LengthMismatch()',
  // OpenZeppelin
  'error EnforcedPause()',
  'error ExpectedPause()',
  'error ECDSAInvalidSignature()',
  'error ECDSAInvalidSignatureLength(uint256 length)',
  'error ECDSAInvalidSignatureS(bytes32 s)',
  'error AccessControlUnauthorizedAccount(address account, bytes32 neededRole)',
  'error AccessControlBadConfirmation()',
  'error InvalidInitialization()',
  'error NotInitializing()',
  'error ReentrancyGuardReentrantCall()',
  'error OwnableUnauthorizedAccount(address account)',
  'error OwnableInvalidOwner(address owner)',
  'error AddressEmptyCode(address target)',
  'error AddressInsufficientBalance(address account)',
  'error FailedInnerCall()',
  'error FailedCall()',
  'error ERC1967InvalidImplementation(address implementation)',
  'error ERC1967NonPayable()',
  'error UUPSUnauthorizedCallContext()',
  'error UUPSUnsupportedProxiableUUID(bytes32 slot)',
  // Solidity itself
  'error Error(string message)',
  'error Panic(uint256 code)',
])
