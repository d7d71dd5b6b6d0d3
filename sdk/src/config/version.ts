/** The version of this package, in `telemetry.distro.version` and in the scope of every span. */
export const VERSION = '0.1.0';
