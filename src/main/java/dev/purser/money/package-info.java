/** Exact nano-dollars and their rounding. */
@NullMarked
package dev.purser.money;

import org.jspecify.annotations.NullMarked;
