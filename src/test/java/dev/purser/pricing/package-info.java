@NullMarked
package dev.purser.pricing;

import org.jspecify.annotations.NullMarked;
