/** The commands. */
@NullMarked
package dev.purser.cli;

import org.jspecify.annotations.NullMarked;
