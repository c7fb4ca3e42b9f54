"""Files with customers, products, invoices and payment methods, taken in by the same types and rules as the API."""
