import { setTimeout as sleep } from 'node:timers/promises'
import type { StepEdges } from '../steps/scene.ts'

/** The system's clock, chance and time for what runs in steps, without a voice, unless others are given. */
export function stepEdges(given: Partial<StepEdges> = {}): StepEdges {
  return {
    clock: () => performance.now(),
    random: Math.random,
    sleep: (ms) => sleep(ms),
    report: () => {},
    // A deploy that loses against changes of the catalog by others keeps trying for a minute.
    conflictBudgetMs: 60_000,
    ...given,
  }
}
