// The limb leads that follow from I and II.
#pragma once

#include "ecg/recording.h"

namespace liteheart {

/// Adds III = II - I, aVR = -(I + II) / 2, aVL = I - II / 2 and aVF = II - I / 2 where I and II are
/// there and they are not, and puts the standard leads into the order of kLeadNames; others follow.
/// Many carts store eight leads only.
void derive_limb_leads(Recording& recording);

}  // namespace liteheart
