@NullMarked
package dev.purser.running;

import org.jspecify.annotations.NullMarked;
