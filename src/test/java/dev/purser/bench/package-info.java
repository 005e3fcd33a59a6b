/** Programs that the measurements of {@code bench/} start. */
@NullMarked
package dev.purser.bench;

import org.jspecify.annotations.NullMarked;
