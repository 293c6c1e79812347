//! Rules on picklists.

pub mod unmapped_value;
