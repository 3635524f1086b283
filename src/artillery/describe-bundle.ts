import { loadProfileOf } from '../config/load-profile.ts'
import type { LoadTestConfig } from '../config/load-test-config.ts'
import { describeProfile } from '../load/describe-profile.ts'
import { wholeLoad } from '../load/split.ts'
import type { Form } from './script.ts'

/** Writes the README of a bundle, which travels with it. */
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
      ? 'Each virtual user of Artillery is one user, who goes the whole workflow.'
      : 'One virtual user of Artillery is a whole part of the load, of which vana-load keeps the schedule.'
  const each = isSplit ? `for script in part-*.yml; do` : ''
  return `# A load test of Vana's data portability, for Artillery

Preset ${config.preset}: ${describeProfile(loadProfileOf(config), isSplit ? wholeLoad : config.load.part)}

${who} Written by \`vana-load artillery write\`; nothing has to be installed but Artillery itself:

    export PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 ARTILLERY_DISABLE_TELEMETRY=1
    npx artillery run ${first}

On AWS Fargate, with secrets in the Parameter Store rather than in a file:

    ${isSplit ? `${each} npx artillery run-fargate --count 1 --secret VANA_LOAD_MNEMONIC --secret ... "$script" & done` : `npx artillery run-fargate --count 1 --secret VANA_LOAD_MNEMONIC --secret ... ${first}`}
${isSplit ? `\nThe ${scripts.length} scripts together are exactly the whole load; start each once. Always \`--count 1\`: another copy would take the same wallets.\n` : '\nAlways `--count 1`: another copy would take the same wallets. For several machines, write it with `--parts`.\n'}
## Environment variables

Secrets are in none of these files. What the run needs of them:

${needsOf(config, isSplit || config.load.part.count > 1)
  .map((text) => `- ${text}`)
  .join('\n')}
- any other \`VANA_LOAD_...\` variable goes before what the script says; only the load has to stay that of the phases.

## What becomes of it

Artillery's report has \`vana_flows_*\` (counters), \`vana_flow_ms\` and \`vana_step_*_ms\` (histograms), and \`errors.<CODE>\`. Each
process also writes \`results/<run-id>/\` with a report of its own, exact and with money accounted for; \`VANA_LOAD_OUT\` puts it
elsewhere, such as on a volume that outlives the machine. On Ctrl-C flows in flight get their grace period, funds are returned, and
both are written.
`
}

function needsOf({ target, flow, wallets }: LoadTestConfig, isPart: boolean): string[] {
  const needs: string[] = []
  if (target === 'local')
    needs.push('`VANA_LOAD_TARGET`: the embedded stack is not in the bundle, so a target has to be named')
  if (target === 'moksha' || target === 'env') {
    needs.push('the target: RPC endpoints, bucket, personal server, grantee (`VANA_LOAD_RPC_URL`, ...)')
    needs.push('`VANA_LOAD_GRANTEE_PRIVATE_KEY`: asks for inference as the app')
    needs.push('`VANA_LOAD_SERVICE_ACCOUNT_JSON`: writes to the bucket')
  }
  if (wallets.keystoreFile === undefined)
    needs.push('`VANA_LOAD_MNEMONIC`: the wallets; each part has its own of them by number')
  else needs.push(`the keystore ${wallets.keystoreFile}, and \`VANA_LOAD_KEYSTORE_PASSPHRASE\``)
  if (flow.submission === 'direct') {
    needs.push(
      isPart
        ? '`VANA_LOAD_FUNDER_PRIVATE_KEYS`: a key for each part, or fund all wallets before (`vana-load wallets fund`)'
        : '`VANA_LOAD_FUNDER_PRIVATE_KEY`: pays the wallets (for several parts `VANA_LOAD_FUNDER_PRIVATE_KEYS`, one each)',
    )
  }
  return needs
}
