/**
 * Diagonal lines through a box, as one path: an inferred event is somewhere in it. Unlike patterns, it renders the same
 * everywhere.
 */
export function hatchPath(x: number, y: number, width: number, height: number, step = 5): string {
  const parts: string[] = [];
  // Each line is x + y = sum, so the lines of neighbouring boxes continue each other.
  const first = Math.ceil((x + y) / step) * step;
  for (let sum = first; sum <= x + y + width + height; sum += step) {
    const left = Math.max(x, sum - y - height);
    const right = Math.min(x + width, sum - y);
    if (right > left)
      parts.push(`M${fixed(left)} ${fixed(sum - left)}L${fixed(right)} ${fixed(sum - right)}`);
  }
  return parts.join('');
}

const fixed = (value: number): number => Math.round(value * 100) / 100;
