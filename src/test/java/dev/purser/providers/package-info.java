@NullMarked
package dev.purser.providers;

import org.jspecify.annotations.NullMarked;
