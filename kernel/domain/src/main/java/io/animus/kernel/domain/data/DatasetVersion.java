package io.animus.kernel.domain.data;

import io.animus.api.types.TypeId;
import io.animus.kernel.domain.Made;

/**
 * Some content of a dataset, for ever.
 *
 * @param number from 1, dense within the dataset
 */
public record DatasetVersion(TypeId id, TypeId project, TypeId dataset, int number, Content content, Made made) {
    /** What ids of dataset versions start with. */
    public static final String PREFIX = "dsv";

    public DatasetVersion {
        if (number < 1) {
            throw new IllegalArgumentException("versions are numbered from 1, not " + number);
        }
    }
}
