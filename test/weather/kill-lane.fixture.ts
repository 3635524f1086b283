import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient, http, parseEther, publicActions } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { expect } from 'vitest'
import { createRandom } from '../../src/random/random.ts'
import { embeddedMnemonic } from '../../src/wallets/embedded-mnemonic.ts'
import { createHdWallets } from '../../src/wallets/hd-wallets.ts'
import { type RunningProgram, startProgram } from '../e2e/program.fixture.ts'
import type { TestTestbed } from '../e2e/testbed.fixture.ts'
import { createAccountReader } from './account-sheet.fixture.ts'
import { waitForNone } from './left-behind.fixture.ts'

const users = 8
const fundingWei = parseEther('0.1')

/** What is killed: paying wallets, emptying them, or a whole run. */
export type KilledCommand = 'fund' | 'sweep' | 'run'

/** A funder with wallets of its own, whose commands are killed one after the other. */
export type KillLane = {
  /** Kills the command at a moment that the seed decides, brings everything back, and checks every wei. */
  kill(command: KilledCommand, seed: string): Promise<void>
  /** How many processes were killed while they ran, and how many had ended before. */
  counts: { killed: number; over: number }
  /** Stops what a failed test has left. */
  stop(): void
}

/** Opens a lane on the chain of a testbed. */
export async function openKillLane(root: string, name: string, testbed: TestTestbed): Promise<KillLane> {
  const folder = join(realpathSync(root), name)
  mkdirSync(join(folder, 'tmp'), { recursive: true })
  const { id: chainId, rpcUrls } = testbed.target.chain
  const mnemonic = embeddedMnemonic(name, { chainId, rpcUrls })
  const hd = createHdWallets(mnemonic)
  const wallets = Array.from({ length: users }, (_, i) => hd.user(i).address)
  const funderKey = hd.user(1000).privateKey
  const funder = privateKeyToAddress(funderKey)
  const transport = http(rpcUrls[0])
  const client = createTestClient({ mode: 'anvil', transport }).extend(publicActions)
  await client.setBalance({ address: funder, value: parseEther('1000') })
  const accounts = createAccountReader(client, funder, wallets)
  const { sumWei } = await accounts.read()

  const counts = { killed: 0, over: 0 }
  const running = new Set<RunningProgram>()
  /** How long each command takes when nobody kills it. */
  const usualMs: Record<KilledCommand, number> = { fund: 2000, sweep: 2000, run: 5000 }
  const flags: Record<KilledCommand, string> = {
    fund: `wallets fund --range 0-${users - 1} --funding 0.1 --max-spend 2 --json`,
    sweep: `wallets sweep --range 0-${users - 1} --json`,
    run: `run --users ${users} --rate 8 --quiet --max-spend 2`,
  }

  function start(command: KilledCommand, results = 'results'): RunningProgram {
    const args = [...flags[command].split(' '), '--target', testbed.file]
    const program = startProgram(command === 'run' ? [...args, '--out', results] : args, folder, {
      VANA_LOAD_MNEMONIC: mnemonic,
      VANA_LOAD_FUNDER_PRIVATE_KEY: funderKey,
      // The locks of this lane, for its own processes only.
      TMPDIR: join(folder, 'tmp'),
    })
    running.add(program)
    void program.ended.then(() => running.delete(program))
    return program
  }

  /** Runs a command to its end; a lock that a killed process has left must not keep it. */
  async function finish(command: 'fund' | 'sweep'): Promise<void> {
    const startedMs = performance.now()
    const { code, stderr } = await start(command).ended
    expect(code, stderr).toBe(0)
    usualMs[command] = performance.now() - startedMs
    const { walletsWei } = await reconcile(`${command} that was not killed`)
    const heldWei = command === 'fund' ? fundingWei : 0n
    expect(walletsWei, command).toEqual(wallets.map(() => heldWei))
  }

  async function reconcile(after: string) {
    const sheet = await accounts.read()
    expect(sheet.sumWei, `all that there is after a ${after}`).toBe(sumWei)
    return sheet
  }

  async function kill(command: KilledCommand, seed: string): Promise<void> {
    const random = createRandom('kills', seed)
    const results = `results-${seed}`
    const sentBefore = await accounts.sent()
    const program = start(command, results)
    let isOver = false
    void program.ended.then(() => {
      isOver = true
    })
    const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
      while (!isOver && !(await condition())) await sleep(5)
    }
    // Half of them at any moment, half soon after something has moved.
    if (random() < 0.5) await sleep(random() * usualMs[command])
    else {
      if (command === 'run') await until(stageOfRun(join(folder, results), random()))
      else await until(async () => (await accounts.sent()) > sentBefore)
      await sleep(random() * 400)
    }
    if (isOver) counts.over += 1
    else counts.killed += 1
    program.child.kill('SIGKILL')
    await program.ended
    await waitForNone(folder)
    await reconcile(`${command} that was killed`)
    await finish(command === 'fund' ? 'fund' : 'sweep')
  }

  return {
    kill,
    counts,
    stop() {
      for (const { child } of running) child.kill('SIGKILL')
    },
  }
}

/** A stage of a run, as its files show it: wallets being funded, users in flight, wallets being swept. */
function stageOfRun(results: string, draw: number): () => boolean {
  const read = (file: string): string => {
    const [id] = existsSync(results) ? readdirSync(results) : []
    const path = join(results, id ?? '', file)
    return id !== undefined && existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  const flows = (): number => read('flows.ndjson').split('\n').length - 1
  if (draw < 1 / 3) return () => read('funding.ndjson').includes('"plan"')
  return draw < 2 / 3 ? () => flows() >= 1 : () => flows() >= users
}
