import { loadProfileOf } from '../config/load-profile.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { describeProfile } from '../load/describe-profile.ts'
import { wholeLoad } from '../load/split.ts'
import type { Form } from './script.ts'

/** Writes the README that is part of a bundle. */
export function describeBundle(options: {
  config: LoadTestConfig
  form: Form
  scripts: readonly string[]
}): string {
  const { config, form, scripts } = options
  const [first = ''] = scripts
  const isSplit = scripts.length > 1
  const who =
    form === 'users'
      ? 'Each virtual user of Artillery is one user who completes the whole workflow.'
      : 'One virtual user of Artillery runs a whole part of the load; vana-load keeps the schedule.'
  const each = isSplit ? `for script in part-*.yml; do` : ''
  return `# A load test of Vana's data portability, for Artillery

Preset ${config.preset}: ${describeProfile(loadProfileOf(config), isSplit ? wholeLoad : config.load.part)}

${who} Written by \`vana-load artillery write\`. Only Artillery itself has to be installed:

    export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 ARTILLERY_DISABLE_TELEMETRY=1
    npx artillery run ${first}

On AWS Fargate, with secrets in the Parameter Store instead of a file:

    ${isSplit ? `${each} npx artillery run-fargate --count 1 --secret VANA_LOAD_MNEMONIC --secret ... "$script" & done` : `npx artillery run-fargate --count 1 --secret VANA_LOAD_MNEMONIC --secret ... ${first}`}
${isSplit ? `\nThe ${scripts.length} scripts together are exactly the whole load, so start each once. Always use \`--count 1\`: another copy would use the same wallets.\n` : '\nAlways use `--count 1`: another copy would use the same wallets. For several machines, write the bundle with `--parts`.\n'}
## Environment variables

None of these files contains secrets. The run needs:

${needsOf(config, isSplit || config.load.part.count > 1)
  .map((text) => `- ${text}`)
  .join('\n')}
- any other \`VANA_LOAD_...\` variable overrides the script's settings, but the load must match the phases.

## Results

Artillery's report has \`vana_flows_*\` (counters), \`vana_flow_ms\` and \`vana_step_*_ms\` (histograms), and \`errors.<CODE>\`. Each
process also writes its own exact report, including the money, to \`results/<run-id>/\`. \`VANA_LOAD_OUT\` sets another folder, for
example on a volume that outlives the machine. On Ctrl-C, flows in flight get their grace period, funds are returned, and both
reports are written.
`
}

function needsOf({ target, flow, wallets }: LoadTestConfig, isPart: boolean): string[] {
  const needs: string[] = []
  if (target === 'local')
    needs.push('`VANA_LOAD_TARGET`: a target, since the bundle does not include the embedded stack')
  if (target === 'moksha' || target === 'env') {
    needs.push('the target: RPC endpoints, bucket, personal server, grantee (`VANA_LOAD_RPC_URL`, ...)')
    needs.push('`VANA_LOAD_GRANTEE_PRIVATE_KEY`: requests inference as the app')
    needs.push('`VANA_LOAD_SERVICE_ACCOUNT_JSON`: writes to the bucket')
  }
  if (wallets.keystoreFile === undefined)
    needs.push('`VANA_LOAD_MNEMONIC`: the wallets; each part uses its own by number')
  else needs.push(`the keystore ${wallets.keystoreFile}, and \`VANA_LOAD_KEYSTORE_PASSPHRASE\``)
  if (flow.submission === 'direct') {
    needs.push(
      isPart
        ? '`VANA_LOAD_FUNDER_PRIVATE_KEYS`: one key per part, unless all wallets are funded beforehand (`vana-load wallets fund`)'
        : '`VANA_LOAD_FUNDER_PRIVATE_KEY`: funds the wallets (for several parts `VANA_LOAD_FUNDER_PRIVATE_KEYS`, one per part)',
    )
  }
  return needs
}
