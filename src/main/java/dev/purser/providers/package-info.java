/** The providers' dialects: bytes in, records out. */
@NullMarked
package dev.purser.providers;

import org.jspecify.annotations.NullMarked;
