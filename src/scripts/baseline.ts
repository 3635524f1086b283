import {
  baselineCheckParameters,
  baselineFileParameters,
  baselineSetParameters,
  pastRunParameters,
} from '../config/parameters/past-runs.ts'
import type { CommandModule } from './cli/command-module.ts'
import { addCommandOptions } from './cli/command-options.ts'

const shared = { baseline: baselineFileParameters, runs: pastRunParameters }

/** The commands `baseline set`, `check` and `show`. */
export const define: CommandModule['define'] = (command, io, run) => {
  command
    .description(
      'Keeps a performance baseline in a file that you commit, and checks runs against it. A metric regresses when it is\n' +
        'worse than its tolerance allows, and worse than noise explains.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ vana-load baseline set latest --tolerance flow.p95=30%\n  $ vana-load baseline check latest\n' +
        `  $ vana-load run --baseline ${baselineFileParameters.file.default}\n\nMore: docs/comparing.md\n`,
    )

  const set = command.command('set').summary('create or update the baseline')
  const readSet = addCommandOptions(set, io, { groups: { own: baselineSetParameters, ...shared } })
  set
    .description(
      'Creates the baseline from one run, or from several runs of the same test. With several, a later run regresses only\n' +
        'if it is worse than each of them. An existing file keeps its name and tolerances unless you give others.',
    )
    .argument('[runs...]', 'run ids, starts of ids, `latest`, `previous`, or paths (default: latest)')
    .action((names: string[]) =>
      run(async () => {
        const { own, baseline, runs } = readSet().values
        const { setBaseline } = await import('./baseline/set-baseline.ts')
        return await setBaseline({ ...own, ...baseline, ...runs, names }, io)
      }),
    )

  const check = command.command('check').summary('check a run against the baseline')
  const readCheck = addCommandOptions(check, io, { groups: { own: baselineCheckParameters, ...shared } })
  check
    .description(
      'Checks a run against the baseline. Exit code 4 if a metric regresses, 2 if the run is of another test.',
    )
    .argument('[run]', 'run id, start of an id, `latest`, `previous`, or a path', 'latest')
    .action((name: string) =>
      run(async () => {
        const { own, baseline, runs } = readCheck().values
        const { checkBaseline } = await import('./baseline/check-baseline.ts')
        return await checkBaseline({ ...own, ...baseline, ...runs, name }, io)
      }),
    )

  const show = command.command('show').summary('show the baseline')
  const readShow = addCommandOptions(show, io, {
    groups: { baseline: baselineFileParameters, runs: { json: pastRunParameters.json } },
  })
  show.description('Shows the metrics and tolerances of the baseline.').action(() =>
    run(async () => {
      const { baseline, runs } = readShow().values
      const { showBaseline } = await import('./baseline/show-baseline.ts')
      return await showBaseline({ ...baseline, ...runs }, io)
    }),
  )
}
