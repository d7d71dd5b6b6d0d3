import { Registry } from 'prom-client';
import type { Metric } from 'prom-client';
import type { Histogram } from './arrivals.ts';

type Labels = Readonly<Record<string, string>>;

interface Value {
  readonly labels: Labels;
  readonly value: number;
  readonly metricName?: string;
}

/** Metric families with values counted elsewhere, in Prometheus' text format. */
export class Families {
  readonly #registry = new Registry();

  counter(name: string, help: string, values: readonly (readonly [Labels, number])[]): void {
    this.#add(
      name,
      help,
      'counter',
      values.map(([labels, value]) => ({ labels, value })),
    );
  }

  gauge(name: string, help: string, values: readonly (readonly [Labels, number])[]): void {
    this.#add(
      name,
      help,
      'gauge',
      values.map(([labels, value]) => ({ labels, value })),
    );
  }

  /** @param bounds of its buckets, without infinity */
  histogram(
    name: string,
    help: string,
    bounds: readonly number[],
    values: readonly (readonly [Labels, Histogram])[],
  ): void {
    const series = values.flatMap(([labels, { counts, sum, n }]) => [
      ...bounds.map((le, index) => ({
        labels: { ...labels, le: String(le) },
        value: counts[index] ?? 0,
        metricName: `${name}_bucket`,
      })),
      { labels: { ...labels, le: '+Inf' }, value: n, metricName: `${name}_bucket` },
      { labels, value: sum, metricName: `${name}_sum` },
      { labels, value: n, metricName: `${name}_count` },
    ]);
    this.#add(name, help, 'histogram', series);
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** The registry's interface for a metric; the library's own classes only do their own counting. */
  #add(name: string, help: string, type: 'counter' | 'gauge' | 'histogram', values: readonly Value[]): void {
    const metric = { name, help, get: async () => ({ name, help, type, values, aggregator: 'sum' }) };
    this.#registry.registerMetric(metric as unknown as Metric);
  }
}
