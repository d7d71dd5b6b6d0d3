/** Values of `faas.trigger`. */
export type Trigger = 'datasource' | 'http' | 'pubsub' | 'timer' | 'other';
