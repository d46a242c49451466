-- A lease whose run was carried to other legs or coaches: the cells that its device has not accounted for, in the legs
-- of one pattern, as JSON {"pattern": .., "cells": {place: [leg, ..]}}. Empty: they are the rows with its id.
ALTER TABLE lease ADD COLUMN rest text NOT NULL DEFAULT '';
