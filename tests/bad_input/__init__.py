import pytest

# Its assertions explain themselves, as those of the tests do
pytest.register_assert_rewrite("tests.bad_input.answers")
