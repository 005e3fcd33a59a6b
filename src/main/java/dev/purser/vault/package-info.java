/** Provider keys: sealed, masked, with their states. */
@NullMarked
package dev.purser.vault;

import org.jspecify.annotations.NullMarked;
