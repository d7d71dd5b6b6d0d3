/** A machine that could be rented instead of functions. */
export interface Machine {
  readonly name: string;
  readonly title: string;
  /** Dollars per hour. */
  readonly perHour: number;
  readonly date: string;
  readonly source: string;
}

const LIST_2025 = 'Demystifying Serverless Costs (EuroSys 2026), artifact: list prices of 2025';

/** Machines to compare with. */
export const MACHINES: readonly Machine[] = [
  {
    name: 'ec2-c6g-medium-2025',
    title: 'EC2 c6g.medium (1 vCPU, 2 GiB, ARM), without storage',
    perHour: 0.034,
    date: '2025',
    source: LIST_2025,
  },
  {
    name: 'fargate-arm-1-2-2025',
    title: 'Fargate ARM, 1 vCPU and 2 GB',
    perHour: 0.032_38 + 2 * 0.003_56,
    date: '2025',
    source: LIST_2025,
  },
  {
    name: 'ec2-t2-micro-2020',
    title: 'EC2 t2.micro (1 vCPU in bursts, 1 GiB)',
    perHour: 0.0116,
    date: '2020',
    source: 'SeBS (Middleware 2021), Table 6',
  },
];
