// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

import {Forwardable} from "./base/Forwardable.sol";
import {SignedCalls} from "./base/SignedCalls.sol";
import {IDataPortabilityServers} from "./interfaces/IDataPortabilityServers.sol";

/// @title DataPortabilityServers
contract DataPortabilityServers is IDataPortabilityServers, Forwardable, SignedCalls {
    using EnumerableSet for EnumerableSet.UintSet;

    struct Server {
        address owner;
        address serverAddress;
        string publicKey;
        string url;
    }

    /// @dev The blocks in which a user trusts a server, both included.
    struct Trust {
        uint256 startBlock;
        uint256 endBlock;
    }

    bytes32 public constant PERMISSION_MANAGER_ROLE = keccak256("PERMISSION_MANAGER_ROLE");

    bytes32 private constant _ADD_SERVER_TYPEHASH =
        keccak256("AddServer(uint256 nonce,address serverAddress,string publicKey,string serverUrl)");
    bytes32 private constant _TRUST_SERVER_TYPEHASH = keccak256("TrustServer(uint256 nonce,uint256 serverId)");
    bytes32 private constant _UNTRUST_SERVER_TYPEHASH = keccak256("UntrustServer(uint256 nonce,uint256 serverId)");

    uint256 public serversCount;
    mapping(address serverAddress => uint256 serverId) public serverAddressToId;
    mapping(uint256 serverId => Server) private _servers;
    mapping(address userAddress => EnumerableSet.UintSet) private _trustedServerIds;
    mapping(address userAddress => mapping(uint256 serverId => Trust)) private _trusts;

    /// @param trustedForwarderAddress ERC-2771 forwarder; zero for none.
    /// @param ownerAddress Receives DEFAULT_ADMIN_ROLE and MAINTAINER_ROLE.
    function initialize(address trustedForwarderAddress, address ownerAddress) external initializer {
        __Forwardable_init(trustedForwarderAddress, ownerAddress);
        __EIP712_init("VanaDataPortabilityServers", "1");
    }

    /// @inheritdoc IDataPortabilityServers
    function addAndTrustServerByManager(
        address ownerAddress,
        AddServerInput calldata addServerInput
    ) external whenNotPaused onlyRole(PERMISSION_MANAGER_ROLE) {
        uint256 serverId = _addServer(
            ownerAddress,
            addServerInput.serverAddress,
            addServerInput.publicKey,
            addServerInput.serverUrl
        );
        _trustServer(ownerAddress, serverId);
    }

    /// @inheritdoc IDataPortabilityServers
    function trustServerByManager(
        address userAddress,
        uint256 serverId
    ) external whenNotPaused onlyRole(PERMISSION_MANAGER_ROLE) {
        _trustServer(userAddress, serverId);
    }

    /// @inheritdoc IDataPortabilityServers
    function addServerWithSignature(
        AddServerWithSignatureInput calldata addServerInput,
        bytes calldata signature
    ) external whenNotPaused {
        _addServerOfSigner(addServerInput, signature);
    }

    /// @inheritdoc IDataPortabilityServers
    function addAndTrustServerWithSignature(
        AddServerWithSignatureInput calldata addServerInput,
        bytes calldata signature
    ) external whenNotPaused {
        (address signer, uint256 serverId) = _addServerOfSigner(addServerInput, signature);
        _trustServer(signer, serverId);
    }

    /// @inheritdoc IDataPortabilityServers
    function updateServer(uint256 serverId, string calldata url) external whenNotPaused {
        if (bytes(url).length == 0) revert EmptyUrl();
        if (serverId == 0 || serverId > serversCount) revert ServerNotFound();

        Server storage server = _servers[serverId];
        if (server.owner != _msgSender()) revert NotServerOwner(server.owner, _msgSender());

        server.url = url;
        emit ServerUpdated(serverId, url);
    }

    /// @inheritdoc IDataPortabilityServers
    function trustServer(uint256 serverId) external whenNotPaused {
        _trustServer(_msgSender(), serverId);
    }

    /// @inheritdoc IDataPortabilityServers
    function trustServerWithSignature(
        TrustServerInput calldata trustServerInput,
        bytes calldata signature
    ) external whenNotPaused {
        uint256 serverId = trustServerInput.serverId;
        bytes32 structHash = keccak256(abi.encode(_TRUST_SERVER_TYPEHASH, trustServerInput.nonce, serverId));
        _trustServer(_authenticate(structHash, trustServerInput.nonce, signature), serverId);
    }

    /// @inheritdoc IDataPortabilityServers
    function untrustServer(uint256 serverId) external whenNotPaused {
        _untrustServer(_msgSender(), serverId);
    }

    /// @inheritdoc IDataPortabilityServers
    function untrustServerWithSignature(
        UntrustServerInput calldata untrustServerInput,
        bytes calldata signature
    ) external whenNotPaused {
        uint256 serverId = untrustServerInput.serverId;
        bytes32 structHash = keccak256(abi.encode(_UNTRUST_SERVER_TYPEHASH, untrustServerInput.nonce, serverId));
        _untrustServer(_authenticate(structHash, untrustServerInput.nonce, signature), serverId);
    }

    /// @inheritdoc IDataPortabilityServers
    function setUserNonce(address userAddress, uint256 nonce) external onlyRole(MAINTAINER_ROLE) {
        userNonce[userAddress] = nonce;
    }

    /// @inheritdoc IDataPortabilityServers
    function servers(uint256 serverId) public view returns (ServerInfo memory) {
        Server storage server = _servers[serverId];
        return ServerInfo(serverId, server.owner, server.serverAddress, server.publicKey, server.url);
    }

    /// @inheritdoc IDataPortabilityServers
    function serverByAddress(address serverAddress) external view returns (ServerInfo memory) {
        return servers(serverAddressToId[serverAddress]);
    }

    /// @inheritdoc IDataPortabilityServers
    function users(
        address userAddress
    ) external view returns (uint256 nonce, uint256[] memory trustedServerIds) {
        return (userNonce[userAddress], _trustedServerIds[userAddress].values());
    }

    /// @inheritdoc IDataPortabilityServers
    function userServers(
        address userAddress,
        uint256 serverId
    ) external view returns (TrustedServerInfo memory) {
        if (!_trustedServerIds[userAddress].contains(serverId)) revert ServerNotTrusted();
        return _trustedServer(userAddress, serverId);
    }

    /// @inheritdoc IDataPortabilityServers
    function userServerValues(
        address userAddress
    ) external view returns (TrustedServerInfo[] memory serversInfo) {
        uint256[] memory serverIds = _trustedServerIds[userAddress].values();
        serversInfo = new TrustedServerInfo[](serverIds.length);
        for (uint256 i = 0; i < serverIds.length; i++) {
            serversInfo[i] = _trustedServer(userAddress, serverIds[i]);
        }
    }

    /// @inheritdoc IDataPortabilityServers
    function userServerIdsValues(address userAddress) external view returns (uint256[] memory) {
        return _trustedServerIds[userAddress].values();
    }

    /// @inheritdoc IDataPortabilityServers
    function userServerIdsAt(address userAddress, uint256 serverIndex) external view returns (uint256) {
        return _trustedServerIds[userAddress].at(serverIndex);
    }

    /// @inheritdoc IDataPortabilityServers
    function userServerIdsLength(address userAddress) external view returns (uint256) {
        return _trustedServerIds[userAddress].length();
    }

    function _addServerOfSigner(
        AddServerWithSignatureInput calldata input,
        bytes calldata signature
    ) private returns (address signer, uint256 serverId) {
        bytes32 structHash = keccak256(
            abi.encode(
                _ADD_SERVER_TYPEHASH,
                input.nonce,
                input.serverAddress,
                keccak256(bytes(input.publicKey)),
                keccak256(bytes(input.serverUrl))
            )
        );
        signer = _authenticate(structHash, input.nonce, signature);
        serverId = _addServer(signer, input.serverAddress, input.publicKey, input.serverUrl);
    }

    function _addServer(
        address owner,
        address serverAddress,
        string calldata publicKey,
        string calldata url
    ) private returns (uint256 serverId) {
        if (bytes(publicKey).length == 0) revert EmptyPublicKey();
        if (bytes(url).length == 0) revert EmptyUrl();
        if (owner == address(0) || serverAddress == address(0)) revert ZeroAddress();
        if (serverAddressToId[serverAddress] != 0) revert ServerAlreadyRegistered();

        serverId = ++serversCount;
        serverAddressToId[serverAddress] = serverId;
        _servers[serverId] = Server(owner, serverAddress, publicKey, url);
        emit ServerRegistered(serverId, owner, serverAddress, publicKey, url);
    }

    /// @dev Trusting again restarts the window and emits again.
    function _trustServer(address userAddress, uint256 serverId) private {
        if (serverId == 0 || serverId > serversCount) revert ServerNotFound();

        _trustedServerIds[userAddress].add(serverId);
        _trusts[userAddress][serverId] = Trust(block.number, type(uint256).max);
        emit ServerTrusted(userAddress, serverId);
    }

    /// @dev The id stays in the user's list. A window that ends in this very block may be ended again.
    function _untrustServer(address userAddress, uint256 serverId) private {
        if (serverId == 0) revert ServerNotFound();
        if (!_trustedServerIds[userAddress].contains(serverId)) revert ServerNotTrusted();

        Trust storage trust = _trusts[userAddress][serverId];
        if (trust.endBlock < block.number) revert ServerAlreadyUntrusted();

        trust.endBlock = block.number;
        emit ServerUntrusted(userAddress, serverId);
    }

    function _trustedServer(
        address userAddress,
        uint256 serverId
    ) private view returns (TrustedServerInfo memory) {
        Server storage server = _servers[serverId];
        Trust storage trust = _trusts[userAddress][serverId];
        return
            TrustedServerInfo(
                serverId,
                server.owner,
                server.serverAddress,
                server.publicKey,
                server.url,
                trust.startBlock,
                trust.endBlock
            );
    }
}
