import type { Draw } from '../chance.ts';
import type { Fields } from '../config/fields.ts';
import type { PlacementDefinition, PlacementPolicy } from './policy.ts';
import { random } from './random.ts';
import { spread } from './spread.ts';
import { spreadZones } from './spread-zones.ts';

/** All placements, the default first. To add one, add a file beside these and a line here. */
const PLACEMENTS: readonly PlacementDefinition[] = [spread, random, spreadZones];

/** @throws {PlatformError} `ERR_CONFIG` */
export function parsePlacement(fields: Fields, name: string): string {
  return fields.choice(
    name,
    PLACEMENTS.map(({ placement }) => placement),
  );
}

/** @param placement from `parsePlacement` */
export function startPlacement(placement: string, draw: Draw): PlacementPolicy {
  return PLACEMENTS.find((one) => one.placement === placement)!.start(draw);
}
