/** Simulated providers over real HTTP, for the demo and for tests. */
@NullMarked
package dev.purser.sandbox;

import org.jspecify.annotations.NullMarked;
