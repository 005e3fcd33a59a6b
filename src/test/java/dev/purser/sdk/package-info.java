/** What SDKs find, wherever they are pointed: the simulated providers themselves, or Purser. */
@NullMarked
package dev.purser.sdk;

import org.jspecify.annotations.NullMarked;
