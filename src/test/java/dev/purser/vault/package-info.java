@NullMarked
package dev.purser.vault;

import org.jspecify.annotations.NullMarked;
