package dev.purser.gateway;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many connections the files that this process may open are enough for. */
final class Descriptors {
  /** For the program's own files, the database, and whatever else is not a call. */
  private static final long RESERVED = 128;

  /** A call's client, and its connection to each of two providers, of which one may be idle. */
  private static final long OF_ONE_CLIENT = 3;

  private Descriptors() {}

  /** The most clients for which all that their calls open is enough; never 0. */
  static long mostClients() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? Math.max(1, (system.getMaxFileDescriptorCount() - RESERVED) / OF_ONE_CLIENT)
        : Integer.MAX_VALUE;
  }
}
