// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {ISignedCalls} from "./ISignedCalls.sol";

/// @title The registry of personal servers and of who trusts them
/// @notice A server is known by its address, once and for all users. Servers are numbered from 1; id 0 means absent.
interface IDataPortabilityServers is ISignedCalls {
    /// @notice A server, as {servers} answers it.
    struct ServerInfo {
        uint256 id;
        address owner;
        address serverAddress;
        string publicKey;
        string url;
    }

    /// @notice A server together with the window of blocks in which a user trusts it.
    struct TrustedServerInfo {
        uint256 id;
        address owner;
        address serverAddress;
        string publicKey;
        string url;
        uint256 startBlock;
        uint256 endBlock;
    }

    struct AddServerInput {
        address serverAddress;
        string publicKey;
        string serverUrl;
    }

    struct AddServerWithSignatureInput {
        uint256 nonce;
        address serverAddress;
        string publicKey;
        string serverUrl;
    }

    struct TrustServerInput {
        uint256 nonce;
        uint256 serverId;
    }

    struct UntrustServerInput {
        uint256 nonce;
        uint256 serverId;
    }

    event ServerRegistered(
        uint256 indexed serverId,
        address indexed owner,
        address indexed serverAddress,
        string publicKey,
        string url
    );
    event ServerUpdated(uint256 indexed serverId, string url);
    event ServerTrusted(address indexed user, uint256 indexed serverId);
    event ServerUntrusted(address indexed user, uint256 indexed serverId);

    error EmptyPublicKey();
    error EmptyUrl();
    error ZeroAddress();
    error ServerAlreadyRegistered();
    error ServerNotFound();
    error ServerNotTrusted();
    error ServerAlreadyUntrusted();
    error NotServerOwner(address serverOwner, address requestor);

    /// @notice Part of the interface, never raised: trusting again restarts the window.
    error ServerAlreadyTrusted();
    /// @notice Part of the interface, never raised: a known server keeps its URL and the new one is ignored.
    error ServerUrlMismatch(string existingUrl, string providedUrl);

    /// @notice Registers a server for `ownerAddress`, who trusts it from now on. For holders of
    /// PERMISSION_MANAGER_ROLE.
    function addAndTrustServerByManager(address ownerAddress, AddServerInput calldata addServerInput) external;

    /// @notice Makes `userAddress` trust a known server. For holders of PERMISSION_MANAGER_ROLE.
    function trustServerByManager(address userAddress, uint256 serverId) external;

    /// @notice Registers a server for the signer.
    function addServerWithSignature(
        AddServerWithSignatureInput calldata addServerInput,
        bytes calldata signature
    ) external;

    /// @notice Registers a server for the signer, who trusts it from now on.
    function addAndTrustServerWithSignature(
        AddServerWithSignatureInput calldata addServerInput,
        bytes calldata signature
    ) external;

    /// @notice Changes the URL of a server. For its owner.
    function updateServer(uint256 serverId, string calldata url) external;

    /// @notice The caller trusts a server from this block on, without end.
    function trustServer(uint256 serverId) external;

    /// @notice The signer trusts a server from this block on, without end.
    function trustServerWithSignature(TrustServerInput calldata trustServerInput, bytes calldata signature) external;

    /// @notice The caller trusts a server up to this block.
    function untrustServer(uint256 serverId) external;

    /// @notice The signer trusts a server up to this block.
    function untrustServerWithSignature(
        UntrustServerInput calldata untrustServerInput,
        bytes calldata signature
    ) external;

    /// @notice Overwrites a user's nonce. For holders of MAINTAINER_ROLE.
    function setUserNonce(address userAddress, uint256 nonce) external;

    /// @notice Number of servers, which is also the last id.
    function serversCount() external view returns (uint256);

    /// @notice The server of an id; everything but the echoed id is empty if there is none.
    function servers(uint256 serverId) external view returns (ServerInfo memory);

    /// @notice The server of an address; its id is 0 if there is none.
    function serverByAddress(address serverAddress) external view returns (ServerInfo memory);

    /// @notice The id of a server by its address; 0 if there is none.
    function serverAddressToId(address serverAddress) external view returns (uint256 serverId);

    /// @notice A user's nonce, and the ids of all servers that the user trusts or ever trusted.
    function users(address userAddress) external view returns (uint256 nonce, uint256[] memory trustedServerIds);

    /// @notice A server with the user's window of trust; reverts with {ServerNotTrusted} if there never was one.
    function userServers(address userAddress, uint256 serverId) external view returns (TrustedServerInfo memory);

    /// @notice All servers that the user trusts or ever trusted, with their windows.
    function userServerValues(address userAddress) external view returns (TrustedServerInfo[] memory serversInfo);

    /// @notice The ids of all servers that the user trusts or ever trusted.
    function userServerIdsValues(address userAddress) external view returns (uint256[] memory);

    /// @notice One id of {userServerIdsValues}; Panic 0x32 out of range.
    function userServerIdsAt(address userAddress, uint256 serverIndex) external view returns (uint256);

    /// @notice Length of {userServerIdsValues}.
    function userServerIdsLength(address userAddress) external view returns (uint256);
}
